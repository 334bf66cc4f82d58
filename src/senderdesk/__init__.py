"""SenderDesk: a self-hosted AWS End User Messaging SMS (pinpoint-sms-voice-v2), registrations first."""

__version__ = "0.1.0"
