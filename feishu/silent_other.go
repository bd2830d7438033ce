//go:build !unix

package feishu

import "time"

// silent reports whether a connection that waits for a request may be used. Whether the
// server has closed it cannot be asked here, so it has to have been used just now.
func (c *conn) silent() bool { return time.Since(c.since) < time.Second }
