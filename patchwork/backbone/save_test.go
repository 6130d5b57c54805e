package backbone

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
)

// maps runs a network below path of a store on some pictures.
func maps(t *testing.T, n Network, s *model.Store, path string) []float32 {
	t.Helper()
	exec, err := model.NewExec(backend(t), s, func(scope *model.Scope, x *Node) *Node { return n.Graph(s.Scope(path), x) })
	if err != nil {
		t.Fatal(err)
	}
	y, err := exec.Call1(pictures(2, 16, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](y)
}

func about(name string, o Options) Saved {
	return Saved{Name: name, Options: o, Width: 64, Height: 48, About: "for a test"}
}

// saved is a folder with a network, its map, and its description.
func saved(t *testing.T) (dir string, o Options, want []float32) {
	t.Helper()
	o = Options{Width: 0.125, Mean: []float64{0.1, 0.2, 0.3}}
	n := mustNew(t, "resnet-tiny", o)
	s := fill(t, n)
	dir = filepath.Join(t.TempDir(), "networks", "tiny")
	if err := Save(dir, s, "/net", about("resnet-tiny", o)); err != nil {
		t.Fatal(err)
	}
	return dir, o, maps(t, n, s, "/net")
}

func TestSaveAndLoad(t *testing.T) {
	dir, o, want := saved(t)
	n, s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "resnet-tiny" || s.Width != 64 || s.Height != 48 || s.About != "for a test" || s.Options.Width != 0.125 ||
		!reflect.DeepEqual(s.Options.Mean, o.Mean) || !reflect.DeepEqual(s.Options.Std, imageNetStd) || len(s.Weights) != 64 {
		t.Errorf("read %+v", s)
	}
	total := 0
	for _, v := range s.Variables {
		if v.Role != Running {
			total += v.size()
		}
	}
	if total != s.Parameters || s.Parameters == 0 {
		t.Errorf("%d parameters, the variables have %d", s.Parameters, total)
	}
	fresh := model.NewStore()
	defer fresh.Finalize()
	r, err := Load(dir, fresh, "/elsewhere")
	if err != nil || !r.Whole() || len(r.Matched) != len(s.Variables) {
		t.Fatalf("%v, %v", r, err)
	}
	if got := maps(t, n, fresh, "/elsewhere"); !reflect.DeepEqual(got, want) {
		t.Error("a network that was saved and loaded gives another map")
	}
	for v := range fresh.IterVariables() {
		if v.Trainable == (RoleOf(v.Path()) == Running) {
			t.Errorf("%s is trainable: %v", v.Path(), v.Trainable)
		}
	}

	// Into a network that has run already, whose graph goes on with the new values.
	other := model.NewStore()
	defer other.Finalize()
	if first := maps(t, n, other, "/net"); reflect.DeepEqual(first, want) {
		t.Error("first values are those of the folder")
	}
	if _, err := Load(dir, other, "/net"); err != nil {
		t.Fatal(err)
	}
	if got := maps(t, n, other, "/net"); !reflect.DeepEqual(got, want) {
		t.Error("loading into variables that are there gives another map")
	}

	// The folder is an ordinary checkpoint of GoMLX.
	plain := model.NewStore()
	defer plain.Finalize()
	if _, err := checkpoint.Load(plain).Dir(dir).Immediate().Done(); err != nil || plain.GetVariable("/stem/conv/kernel") == nil {
		t.Errorf("checkpoint: %v", err)
	}

	// Saving again replaces it.
	if err := Save(dir, other, "/net", about("resnet-tiny", o)); err != nil {
		t.Error(err)
	}
	if again, err := Read(dir); err != nil || again.Weights != s.Weights {
		t.Errorf("the same weights have the sum %s and %s, %v", again.Weights, s.Weights, err)
	}
}

func TestLoadPartly(t *testing.T) {
	dir, _, _ := saved(t)
	n := mustNew(t, "resnet-tiny", Options{Width: 0.125, Patch: 2, Norm: LayerNorm})
	s := model.NewStore()
	defer s.Finalize()
	if err := Make(n, s, "/net"); err != nil {
		t.Fatal(err)
	}
	before := s.GetVariable("/net/stage1/block1/conv1/kernel")
	_, err := Load(dir, s, "/net")
	for _, says := range []string{"is not the network below /net", "1 of another shape (stem/conv/kernel is [4 4 3 8], want [2 2 3 8])", "not in the network (stage1/block1/norm1/mean)", "load it partly"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v; want it to say %s", err, says)
		}
	}
	if before.HasValue() {
		t.Error("a load that failed changed the store")
	}
	r, err := LoadPartly(dir, s, "/net")
	if err != nil || len(r.Shapes) != 1 || len(r.Missing) != 0 || len(r.Extra) != 3*9 || r.Whole() {
		t.Errorf("%+v, %v", r, err)
	}
	got, err := valuesOf(s, "/net/stage1/block1/conv1/kernel")
	if err != nil || !reflect.DeepEqual(got, filling(Variable{"stage1/block1/conv1/kernel", Kernel, []int{3, 3, 8, 8}})) {
		t.Errorf("a kernel that fits was not taken over: %v", err)
	}
	maps(t, n, s, "/net") // what did not fit gets first values

	vit := model.NewStore()
	defer vit.Finalize()
	if err := Make(mustNew(t, "autoencoder", Options{}), vit, "/net"); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadPartly(dir, vit, "/net"); err == nil || !strings.Contains(err.Error(), "nothing of resnet-tiny") {
		t.Errorf("nothing fits: %v", err)
	}
}

func TestSaveErrors(t *testing.T) {
	n := mustNew(t, "resnet-tiny", Options{Width: 0.125})
	s := fill(t, n)
	empty := model.NewStore()
	defer empty.Finalize()
	if err := Make(n, empty, "/net"); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	good := about("resnet-tiny", Options{Width: 0.125})
	for _, tt := range []struct {
		dir   string
		store *model.Store
		path  string
		about Saved
		says  string
	}{
		{t.TempDir(), s, "/net", about("resnet-huge", Options{}), `no network "resnet-huge"`},
		{t.TempDir(), s, "/net", Saved{Name: "resnet-tiny"}, "Saved says 0×0 pixels"},
		{t.TempDir(), s, "/nut", good, "no variable below /nut"},
		{t.TempDir(), empty, "/net", good, "has no values yet"},
		{foreign, s, "/net", good, "holds files and no network"},
	} {
		if err := Save(tt.dir, tt.store, tt.path, tt.about); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v; want it to say %s", err, tt.says)
		}
	}
	if _, err := os.Stat(filepath.Join(foreign, "thesis.txt")); err != nil {
		t.Error(err)
	}
}

func TestLoadErrors(t *testing.T) {
	rewrite := func(pattern string, change func(data []byte) []byte) func(dir string) {
		return func(dir string) {
			files, _ := filepath.Glob(filepath.Join(dir, pattern))
			if len(files) != 1 {
				t.Fatalf("%s: %q", pattern, files)
			}
			data, err := os.ReadFile(files[0])
			if err == nil {
				err = os.WriteFile(files[0], change(data), 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	replace := func(old, new string) func(string) {
		return rewrite(File, func(data []byte) []byte {
			if !strings.Contains(string(data), old) {
				t.Fatalf("%s lacks %s", File, old)
			}
			return []byte(strings.Replace(string(data), old, new, 1))
		})
	}
	remove := func(pattern string) func(dir string) {
		return func(dir string) {
			files, _ := filepath.Glob(filepath.Join(dir, pattern))
			for _, f := range files {
				os.Remove(f)
			}
		}
	}
	for _, tt := range []struct {
		name   string
		damage func(dir string)
		is     error
		says   string
	}{
		{"no description", remove(File), fs.ErrNotExist, "no network in"},
		{"other format", replace("patchwork backbone", "shopping list"), nil, `(format "shopping list")`},
		{"cut short", rewrite(File, func(d []byte) []byte { return d[:len(d)/2] }), nil, "does not describe a network"},
		{"newer", replace(`"version": 1`, `"version": 7`), nil, "has version 7 and this program reads version 1"},
		{"no size", replace(`"width": 64`, `"width": 0`), ErrDamaged, "lacks the size"},
		{"no weights", remove("checkpoint*"), ErrDamaged, "checkpoint"},
		{"weights cut short", rewrite("checkpoint*.bin", func(d []byte) []byte { return d[:len(d)/2] }), ErrDamaged, ""},
		{"a bit turned", rewrite("checkpoint*.bin", func(d []byte) []byte { d[1000] ^= 1; return d }), ErrDamaged, "SHA-256"},
		{"other variables", replace("stem/conv/kernel", "stem/cone/kernel"), ErrDamaged, "list other variables"},
	} {
		dir, _, _ := saved(t)
		tt.damage(dir)
		s := model.NewStore()
		_, err := Load(dir, s, "/net")
		if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v; want it to say %s", tt.name, err, tt.says)
		}
		if s.NumVariables() != 0 {
			t.Errorf("%s: the store has variables", tt.name)
		}
		s.Finalize()
	}
	dir, _, _ := saved(t)
	replace(`"resnet-tiny"`, `"resnet-gone"`)(dir)
	if _, _, err := Open(dir); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "no network") {
		t.Errorf("an unknown network: %v", err)
	}
}
