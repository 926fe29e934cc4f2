"""The commands: what each prints, and how it ends the process."""
