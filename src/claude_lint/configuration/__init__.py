"""What settings and the command line ask for: the keys, their files, the rules they turn on."""
