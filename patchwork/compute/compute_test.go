package compute

import (
	"errors"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"
)

func TestChoose(t *testing.T) {
	tests := []struct {
		name         string
		env          map[string]string
		config, from string
	}{
		{"nothing said", nil, "cpu", "default"},
		{"GoMLX's variable", map[string]string{"GOMLX_BACKEND": "xla:cuda"}, "xla:cuda", "environment variable GOMLX_BACKEND"},
		{"ours goes first", map[string]string{"GOMLX_BACKEND": "xla", "PATCHWORK_BACKEND": "cpu"}, "cpu", "environment variable PATCHWORK_BACKEND"},
		{"plain go is made safe", map[string]string{"PATCHWORK_BACKEND": "go"}, "go:ops_sequential", "environment variable PATCHWORK_BACKEND"},
		{"go with settings stays", map[string]string{"PATCHWORK_BACKEND": "go:parallelism=1"}, "go:parallelism=1", "environment variable PATCHWORK_BACKEND"},
		{"empty is not said", map[string]string{"PATCHWORK_BACKEND": "", "GOMLX_BACKEND": "go:x"}, "go:x", "environment variable GOMLX_BACKEND"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config, from := choose(func(k string) string { return tt.env[k] })
			if config != tt.config || from != tt.from {
				t.Errorf("got %q from %q, want %q from %q", config, from, tt.config, tt.from)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct{ config, want string }{
		{"tpu:v5", `compute: environment variable X asks for the backend "tpu:v5", which this program does not hold; it holds: cpu, go. Name one of these, or import the package that registers "tpu"`},
		{"xla:cpu", `asks for the backend "xla:cpu", which this program does not hold; it holds: cpu, go. Name one of these, or write import _ "github.com/gopatchwork/patchwork/patchwork/compute/xla" in the program`},
		{"go:warp=9", `the backend "go:warp=9" (environment variable X) cannot be started: unknown configuration option "warp"`},
		{"", `asks for the backend ""`},
	}
	for _, tt := range tests {
		_, err := open(tt.config, "environment variable X")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("open(%q): got %v, want an error with %q", tt.config, err, tt.want)
		}
	}
}

// TestBackendIsShared also holds that the safe configuration survives what the default one hangs in: eight large
// matrix products that do not depend on each other, here twice at once.
func TestBackendIsShared(t *testing.T) {
	a, err := Backend()
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := Backend(); b != a {
		t.Error("two calls gave two backends")
	}
	x, y := make([][]float32, 1024), make([][]float32, 256)
	for i := range x {
		x[i] = make([]float32, 256)
	}
	for i := range y {
		y[i] = make([]float32, 256)
		y[i][i] = 1
	}
	x[7][3] = 2
	done := make(chan error, 2)
	for range 2 {
		go func() {
			done <- Try("eight products", func() error {
				exec, err := graph.NewExec(a, func(x, y *graph.Node) *graph.Node {
					var sum *graph.Node
					for i := range 8 {
						p := graph.MatMul(graph.AddScalar(x, float64(i)), y)
						if sum == nil {
							sum = p
						} else {
							sum = graph.Add(sum, p)
						}
					}
					return graph.Slice(sum, graph.AxisElem(7), graph.AxisElem(3))
				})
				if err != nil {
					return err
				}
				defer exec.Finalize()
				out, err := exec.Call1(x, y)
				if err != nil {
					return err
				}
				if got := out.Value().([][]float32)[0][0]; got != 8*2+28 {
					t.Errorf("got %g, want 44 (by hand: 8·2 + 0+1+...+7)", got)
				}
				return nil
			})
		}()
	}
	for range 2 {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the backend hangs")
		}
	}
}

func TestBackendFromManyGoroutines(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := Backend(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestTry(t *testing.T) {
	if err := Try("nothing", func() error { return nil }); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	for name, f := range map[string]func() error{
		"an error returned":      func() error { return io.ErrUnexpectedEOF },
		"an error panicked with": func() error { panic(io.ErrUnexpectedEOF) },
	} {
		err := Try("reading x", f)
		if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "reading x: unexpected EOF" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := Try("x", func() error { panic("shape") }); err == nil || err.Error() != "x: shape" {
		t.Errorf("a panicked string: got %v", err)
	}
	backend, err := Backend()
	if err != nil {
		t.Fatal(err)
	}
	err = Try("adding", func() error {
		_, err := graph.CallOnce(backend, func(x, y *graph.Node) *graph.Node { return graph.Add(x, y) }, []float32{1, 2}, []float32{1, 2, 3})
		return err
	})
	if err == nil || !strings.HasPrefix(err.Error(), "adding: ") || strings.Contains(err.Error(), "goroutine") {
		t.Errorf("a wrong shape: got %v", err)
	}
}

func TestTryKeepsBugs(t *testing.T) {
	defer func() {
		if _, ok := recover().(runtime.Error); !ok {
			t.Error("a bug was turned into an error")
		}
	}()
	Try("x", func() error { var p *int; *p = 1; return nil })
}

// TestNoHeavyImports keeps a cell's start short: linking cgo or XLA triples it.
func TestNoHeavyImports(t *testing.T) {
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go tool in PATH")
	}
	const format = `{{if not .Standard}}{{.ImportPath}} {{len .CgoFiles}}{{end}}`
	out, err := exec.Command(tool, "list", "-deps", "-f", format, ".").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		p, cgo, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found {
			continue
		}
		if cgo != "0" || strings.Contains(p, "xla") {
			t.Errorf("compute imports %s, which needs cgo or XLA", p)
		}
		if ours, ok := strings.CutPrefix(p, "github.com/gopatchwork/patchwork/"); ok && !strings.HasPrefix(ours, "patchwork/compute") {
			t.Errorf("compute imports %s of ours", p)
		}
	}
}
