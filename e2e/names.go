package e2e

import "github.com/gopatchwork/patchwork/internal/browsertest"

// The helpers of browsertest by short names, since every test here uses them.
var (
	Root         = browsertest.Root
	Need         = browsertest.Need
	Missing      = browsertest.Missing
	Slow         = browsertest.Slow
	LogFile      = browsertest.LogFile
	TempDir      = browsertest.TempDir
	Start        = browsertest.Start
	Marked       = browsertest.Marked
	StartBrowser = browsertest.Chromium
	Screenshot   = browsertest.Screenshot
)
