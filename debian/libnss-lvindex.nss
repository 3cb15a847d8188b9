# Before what may end the search or is slow; guests first, because the administrator names them.
hosts before=resolve,mdns4_minimal,mdns6_minimal,mdns_minimal,mdns4,mdns6,mdns,myhostname,nis,dns lvindex_guest
hosts before=resolve,mdns4_minimal,mdns6_minimal,mdns_minimal,mdns4,mdns6,mdns,myhostname,nis,dns lvindex
# Where none of those is there.
hosts last lvindex_guest skip-if-present=lvindex_guest
hosts last lvindex skip-if-present=lvindex
