//go:build !unix

package feishu

// canAsk says that silent cannot tell, so that there are no wires.
const canAsk = false

func (c *conn) silent() bool { return false }
