"""Finds places of Serbia in what people type: any spelling, case, slip, address. Pure rules over values."""
