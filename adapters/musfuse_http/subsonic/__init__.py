"""The OpenSubsonic API (1.16.1) below `/rest`: one table of endpoints, one model of what is answered."""
