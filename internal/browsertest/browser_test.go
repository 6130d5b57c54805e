package browsertest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/cdp"
)

// silent never answers, as a page may do that another takes the place of.
type silent struct{}

func (silent) Event() <-chan *cdp.Event { return nil }

func (silent) Call(ctx context.Context, _, _ string, _ any) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestNoCallWaitsWithoutEnd(t *testing.T) {
	c := client{silent{}, time.Millisecond}
	if _, err := c.Call(t.Context(), "", "Runtime.callFunctionOn", nil); err == nil || !strings.Contains(err.Error(), "no answer to Runtime.callFunctionOn within 1ms") {
		t.Errorf("a call without an answer ends with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (client{silent{}, time.Hour}).Call(ctx, "", "Page.navigate", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled call ends with %v", err)
	}
}
