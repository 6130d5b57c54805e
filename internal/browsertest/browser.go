package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/cdp"
)

// client is a connection to a browser in which no call waits without end: what a page is asked while another takes its
// place may never be answered, and the driver sets no limit.
type client struct {
	rod.CDPClient
	limit time.Duration // of each call
}

// Call asks the browser and waits for its answer.
func (c client) Call(ctx context.Context, session, method string, params any) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.limit, fmt.Errorf("browsertest: no answer to %s within %v", method, c.limit))
	defer cancel()
	data, err := c.CDPClient.Call(ctx, session, method, params)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return data, err
}

// Chromium starts a Chromium without a window and connects to it. It keeps nothing between tests and asks nothing of
// the network but what its pages do. flags are added to its command line.
func Chromium(t testing.TB, flags ...string) *rod.Browser {
	t.Helper()
	program := Need(t, "on Debian: apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	home := TempDir(t, "browser")
	log := LogFile(t, "browser")
	argv := append([]string{program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
		"--disable-default-apps", "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1280,900",
		"--user-data-dir=" + home, "--remote-debugging-port=0"}, flags...)
	Start(t, home, log, nil, append(argv, "about:blank")...)
	connection, err := cdp.StartWithURL(context.Background(), devTools(t, home, log), nil)
	if err != nil {
		t.Fatalf("browsertest: cannot connect to Chromium: %v", err)
	}
	browser := rod.New().Client(client{connection, 2 * time.Minute})
	if err := browser.Connect(); err != nil {
		t.Fatalf("browsertest: cannot connect to Chromium: %v", err)
	}
	return browser
}

// devTools waits until Chromium has written where it listens, and returns that address.
func devTools(t testing.TB, home, log string) string {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		data, err := os.ReadFile(filepath.Join(home, "DevToolsActivePort"))
		if err != nil {
			continue
		}
		if port, path, ok := strings.Cut(strings.TrimSpace(string(data)), "\n"); ok {
			return "ws://127.0.0.1:" + port + path
		}
	}
	text, _ := os.ReadFile(log)
	t.Fatalf("browsertest: Chromium did not start; it printed:\n%s", text)
	return ""
}

// Screenshot writes what the page shows to build/screenshots/NAME.png. A test does not fail for want of a picture.
func Screenshot(t testing.TB, page *rod.Page, name string) {
	t.Helper()
	file := filepath.Join(Root(t), "build", "screenshots", strings.ReplaceAll(name, "/", "-")+".png")
	page = page.Timeout(20 * time.Second) // of a page that hangs there is none
	defer page.CancelTimeout()
	data, err := page.Screenshot(false, nil)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	if err != nil {
		t.Logf("browsertest: no screenshot %s: %v", name, err)
	}
}
