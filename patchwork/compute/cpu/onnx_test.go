package cpu

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx/parser"
)

// sharedModel finds a network in the folder `models` of the shared files, which are no part of the project.
func sharedModel(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("PATCHWORK_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared")
	}
	file := filepath.Join(dir, "models", name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no network to run: %v", err)
	}
	return file
}

// network makes an executable of an ONNX file on a backend.
func network(t testing.TB, b compute.Backend, file string) func(x *tensors.Tensor) *tensors.Tensor {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	net, err := parser.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	store := model.NewStore()
	if err := net.VariablesToScope(store.RootScope()); err != nil {
		t.Fatal(err)
	}
	names, _ := net.Inputs()
	exec, err := model.NewExec(b, store, func(s *model.Scope, x *graph.Node) *graph.Node {
		return net.CallGraph(s, x.Graph(), map[string]*graph.Node{names[0]: x})[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(x *tensors.Tensor) *tensors.Tensor {
		y, err := exec.Call1(x)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
}

// TestMobileNets holds two real networks to GoMLX's Go backend, and to having no slow step.
func TestMobileNets(t *testing.T) {
	for _, c := range []struct {
		file string
		size int
	}{{"mobilenet_v1_0.25_128.fp32.onnx", 128}, {"keras_mobilenet_v2_0.35_224_no_top.fp32.onnx", 224}} {
		t.Run(c.file, func(t *testing.T) {
			file := sharedModel(t, c.file)
			b := testBackend(t, Options{Stats: true, Logger: func(m string) { t.Error(m) }})
			r := rand.New(rand.NewPCG(3, 4))
			x := randomTensor(r, 1, 3, c.size, c.size)
			copied, err := x.LocalClone()
			if err != nil {
				t.Fatal(err)
			}
			run := network(t, b, file)
			got := numbers(t, run(x))
			b.ResetStats()
			for range 5 {
				run(x)
			}
			t.Log("\n" + b.StatsTable(25))
			if testing.Short() {
				return
			}
			start := time.Now()
			want := numbers(t, network(t, reference(t), file)(copied))
			t.Logf("the reference took %v", time.Since(start))
			compare(t, fmt.Sprint(c.file), [][]float64{got}, [][]float64{want}, 1e-4)
		})
	}
}

// BenchmarkMobileNet is the feature extraction of the project's figures: MobileNetV2 0.35 at 224 pixels.
func BenchmarkMobileNet(b *testing.B) {
	file := sharedModel(b, "keras_mobilenet_v2_0.35_224_no_top.fp32.onnx")
	for _, n := range []int{1, 32} {
		for _, name := range []string{"cpu", "go"} {
			if name == "go" && n > 1 {
				continue // a minute an iteration
			}
			b.Run(fmt.Sprintf("%s/batch%d", name, n), func(b *testing.B) {
				own := testBackend(b, Options{Stats: true})
				var be compute.Backend = own
				if name == "go" {
					be = reference(b)
				}
				x := randomTensor(rand.New(rand.NewPCG(3, 4)), n, 3, 224, 224)
				run := network(b, be, file)
				run(x)
				own.ResetStats()
				for b.Loop() {
					run(x).MustFinalizeAll()
				}
				if name == "cpu" {
					for line := range strings.Lines(own.StatsTable(40)) {
						b.Log(strings.TrimSpace(line))
					}
				}
				b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}
