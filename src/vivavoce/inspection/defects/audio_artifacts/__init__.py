"""The network that hum, hiss, distortion and clicks share."""
