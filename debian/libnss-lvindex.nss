# Before what may end the search or is slow; guests first, because the administrator names them.
hosts before=resolve,dns lvindex_guest
hosts before=resolve,dns lvindex
# Where neither is there.
hosts last lvindex_guest skip-if-present=lvindex_guest
hosts last lvindex skip-if-present=lvindex
