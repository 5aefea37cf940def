"""Where traces come from and annotations go: one folder each, behind the ports of the domain."""
