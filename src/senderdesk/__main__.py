"""`python -m senderdesk` is the `senderdesk` command."""

from senderdesk.cli import main

main()
