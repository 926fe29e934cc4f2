"""`python -m claude_lint`."""

from claude_lint.cli import main

# A spawned child imports this module anew under another name: it must not run the command.
if __name__ == "__main__":
    main()
