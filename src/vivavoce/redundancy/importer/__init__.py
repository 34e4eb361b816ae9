"""Weights of libopus's networks, read out of its source package and written as addons. No torch, nothing is trained.

The networks are the work of Xiph and Amazon, under BSD licences that go into every addon with them.
"""
