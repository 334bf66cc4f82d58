"""Benchmarks of SenderDesk against moto_server, run with ``python -m bench``."""
