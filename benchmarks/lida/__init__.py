"""LIDA 0.0.14 with the same local model, side by side: `peer.py` says how to make its environment."""
