// Package chaos has the tests that treat the built program as the world does: it is
// killed, stopped, runs out of disk, and speaks with its server through a network that
// cuts, resets and delays. It is a module of its own, since the proxy that is the
// network brings many others along.
package chaos
