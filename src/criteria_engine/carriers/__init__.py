"""Carriers: what runs the core. One file each, one ``match`` over its parts each."""
