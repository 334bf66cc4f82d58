"""The desk: what happens after SubmitRegistrationVersion, and to attachments after they are taken in.

The desk moves registrations only through the table in `lifecycle`, and acts when work is due, never inside a read.
"""
