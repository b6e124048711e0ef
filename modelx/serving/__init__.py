"""Serving models: one data plane, and thin transports over it.

docs/serving.md is the contract, which ``modelx-go serve`` obeys too.
"""
