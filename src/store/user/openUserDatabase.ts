/** The user's database from any thread: the register of workspaces and the clients of the bridge. */
