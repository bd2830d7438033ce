package feishu_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain shows that no test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
