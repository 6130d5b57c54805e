package widgets

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/xo/echartsgoja"
)

// renderers holds one compiled ECharts per picture size: compiling takes most of the first 0.4 s.
var renderers struct {
	mu     sync.Mutex
	bySize map[[2]int]*echartsgoja.ECharts
}

// SVG draws the chart by ECharts in a JavaScript interpreter written in Go: no browser, no network. It takes about half
// a second the first time in a process and a sixth after; one drawing runs at a time. For a picture that changes several
// times a second use Sketch. Errors: those of Option; the drawing failed.
func (c Chart) SVG() (string, error) {
	option, err := c.Option()
	if err != nil {
		return "", err
	}
	option, err = onWhite(option)
	if err != nil {
		return "", err
	}
	width, height := c.size()
	renderers.mu.Lock()
	defer renderers.mu.Unlock()
	vm := renderers.bySize[[2]int{width, height}]
	if vm == nil {
		vm = echartsgoja.New(echartsgoja.WithWidthHeight(width, height))
		if renderers.bySize == nil {
			renderers.bySize = map[[2]int]*echartsgoja.ECharts{}
		}
		renderers.bySize[[2]int{width, height}] = vm
	}
	svg, err := vm.RenderOptions(context.Background(), string(option))
	if err != nil {
		return "", fmt.Errorf("widgets: chart %q cannot be drawn: %w", c.Title, err)
	}
	return svg, nil
}

// onWhite gives the picture a light ground of its own, because it may be looked at on a dark page.
func onWhite(option json.RawMessage) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(option, &fields); err != nil {
		return nil, fmt.Errorf("widgets: ECharts option is not an object: %w", err)
	}
	fields["backgroundColor"] = json.RawMessage(`"#ffffff"`)
	return json.Marshal(fields)
}

// echartsFile is where the module cache keeps the library, below the cache's folder.
const echartsFile = "github.com/xo/echartsgoja@v0.1.1/echarts.min.js"

// EChartsJS returns the ECharts library for a page, as a classic script that sets globalThis.echarts. It is found in the
// Go module cache of this machine; ok is false where there is none, and pages then show pictures instead.
func EChartsJS() (js []byte, ok bool) {
	for _, dir := range moduleCaches() {
		if js, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(echartsFile))); err == nil {
			return js, true
		}
	}
	return nil, false
}

// moduleCaches lists the folders where Go may keep modules, as `go env GOMODCACHE` would find them.
func moduleCaches() []string {
	var dirs []string
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		dirs = append(dirs, dir)
	}
	for _, path := range filepath.SplitList(os.Getenv("GOPATH")) {
		dirs = append(dirs, filepath.Join(path, "pkg", "mod"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, "go", "pkg", "mod"))
	}
	return dirs
}
