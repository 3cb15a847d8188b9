"""What the parts of tests/reliability share."""
