"""Starts the Python runtime. Short, because Python compiles the main script anew at every start."""

import lambent_runtime

# `multiprocessing` imports the main script in the processes it spawns.
if __name__ == "__main__":
    lambent_runtime.main()
