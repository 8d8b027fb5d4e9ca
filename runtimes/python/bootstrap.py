"""Starts the Python runtime. Short, because Python compiles the main script anew at every start."""

import lambent_runtime

lambent_runtime.main()
