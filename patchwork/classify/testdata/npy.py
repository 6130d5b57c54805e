"""Writes scores.npy with numpy, for the reader and writer of score files. Run: /usr/bin/python3 npy.py  (numpy 1.24)"""
import numpy as np

np.save("scores.npy", np.array([[0.25, 1.0, np.nan], [0.0, 1e-7, 0.5]], dtype="<f4"))
