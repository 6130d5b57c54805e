package backbone

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// ErrDamaged means that a folder does not hold what Save wrote there.
var ErrDamaged = errors.New("backbone: the network is damaged")

// Report says what of a folder fits a network: variables by their paths below the network's scope, in alphabetical order.
type Report struct {
	Matched []string // taken over
	Missing []string // in the network and not in the folder
	Extra   []string // in the folder and not in the network
	Shapes  []string // in both with other dimensions, as "stem/conv/kernel is [7 7 3 64], want [3 3 3 64]"
}

// Whole says whether everything fitted.
func (r Report) Whole() bool { return len(r.Missing)+len(r.Extra)+len(r.Shapes) == 0 }

// String is one line with the counts and the first thing of each kind that did not fit.
func (r Report) String() string {
	parts := []string{fmt.Sprintf("%d variables match", len(r.Matched))}
	for _, p := range []struct {
		list []string
		what string
	}{{r.Shapes, "of another shape"}, {r.Missing, "missing in the folder"}, {r.Extra, "not in the network"}} {
		if len(p.list) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s (%s)", len(p.list), p.what, p.list[0]))
		}
	}
	return strings.Join(parts, ", ")
}

// Read reads backbone.json of a folder.
//
// Errors: it does not exist (fs.ErrNotExist); it is something else or of a newer version; it names no network that this
// program knows (ErrDamaged).
func Read(dir string) (Saved, error) {
	file := filepath.Join(dir, File)
	text, err := os.ReadFile(file)
	if err != nil {
		return Saved{}, fmt.Errorf("backbone: no network in %s: %w", dir, err)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil || d.Format != fileFormat {
		return Saved{}, fmt.Errorf("backbone: %s does not describe a network (format %q); is this another folder?", file, d.Format)
	}
	if d.Version != fileVersion {
		return Saved{}, fmt.Errorf("backbone: %s has version %d and this program reads version %d; update patchwork", file, d.Version, fileVersion)
	}
	if d.Width < 1 || d.Height < 1 || len(d.Variables) == 0 {
		return Saved{}, fmt.Errorf("%w: %s lacks the size of images or the variables", ErrDamaged, file)
	}
	return d.Saved, nil
}

// Open makes the network that a folder describes. Its weights come with Load. Errors are those of Read and New.
func Open(dir string) (Network, Saved, error) {
	s, err := Read(dir)
	if err != nil {
		return nil, s, err
	}
	n, err := New(s.Name, s.Options)
	if err != nil {
		return nil, s, fmt.Errorf("%w: %s: %w", ErrDamaged, filepath.Join(dir, File), err)
	}
	return n, s, nil
}

// Load gives the variables below a scope of a store the values of a folder that Save wrote. Where nothing lies below
// path yet, they are made. Else each variable there must have one of its path and shape in the folder and the other way
// round: graphs of the network that were built before (Make builds one) go on with the new values.
//
// Errors: those of Read; a checkpoint that is missing, cut short or not the one that backbone.json describes
// (ErrDamaged); another architecture, with the first thing that does not fit. The store is then as it was.
func Load(dir string, store *model.Store, path string) (Report, error) {
	return load(dir, store, path, false)
}

// LoadPartly is Load that takes over what fits and reports the rest.
//
// Errors: those of Load but for another architecture; nothing fits.
func LoadPartly(dir string, store *model.Store, path string) (Report, error) {
	return load(dir, store, path, true)
}

func load(dir string, store *model.Store, path string, partly bool) (r Report, err error) {
	s, err := Read(dir)
	if err != nil {
		return r, err
	}
	held := model.NewStore()
	defer held.Finalize()
	if err := readCheckpoint(dir, held, s); err != nil {
		return r, fmt.Errorf("%w: %s: %w", ErrDamaged, dir, err)
	}
	want := below(store, path)
	if len(want) == 0 {
		want = s.Variables
	}
	r = match(s.Variables, want)
	switch {
	case !partly && !r.Whole():
		return r, fmt.Errorf("backbone: %s in %s is not the network below %s: %s. Ask for the same network and options, or load it partly", s.Name, dir, path, r)
	case len(r.Matched) == 0:
		return r, fmt.Errorf("backbone: nothing of %s in %s fits the network below %s: %s", s.Name, dir, path, r)
	}
	for _, p := range r.Matched {
		if err := put(held, store, p, prefix(path)+p); err != nil {
			return r, fmt.Errorf("backbone: %s: %w", dir, err)
		}
	}
	return r, nil
}

// readCheckpoint fills a store and compares it with what is known of it.
func readCheckpoint(dir string, held *model.Store, s Saved) error {
	err := compute.Try("checkpoint", func() error {
		_, err := checkpoint.Load(held).Dir(dir).Immediate().Done()
		return err
	})
	if err != nil {
		return err
	}
	if got := below(held, "/"); !reflect.DeepEqual(paths(got), paths(s.Variables)) {
		return fmt.Errorf("the checkpoint and %s list other variables: %s", File, match(got, s.Variables))
	}
	got, err := sum(held, s.Variables)
	if err == nil && got != s.Weights {
		err = fmt.Errorf("the weights have the SHA-256 %.12s… and were written with %.12s…", got, s.Weights)
	}
	return err
}

func paths(list []Variable) (all []string) {
	for _, v := range list {
		all = append(all, v.Path)
	}
	return all
}

// match compares the variables that there are with those that are wanted. Both are sorted.
func match(have, want []Variable) (r Report) {
	dims := map[string][]int{}
	for _, v := range have {
		dims[v.Path] = v.Dims
	}
	for _, v := range want {
		d, ok := dims[v.Path]
		switch {
		case !ok:
			r.Missing = append(r.Missing, v.Path)
		case !slices.Equal(d, v.Dims):
			r.Shapes = append(r.Shapes, fmt.Sprintf("%s is %v, want %v", v.Path, d, v.Dims))
		default:
			r.Matched = append(r.Matched, v.Path)
		}
		delete(dims, v.Path)
	}
	for _, v := range have {
		if _, left := dims[v.Path]; left {
			r.Extra = append(r.Extra, v.Path)
		}
	}
	return r
}

// put gives a variable of a store the values of one of another.
func put(from, to *model.Store, fromPath, toPath string) error {
	values, err := valuesOf(from, "/"+fromPath)
	if err != nil {
		return err
	}
	t := tensors.FromFlatDataAndDimensions(values, from.GetVariable("/"+fromPath).Shape().Dimensions...)
	if old := to.GetVariable(toPath); old != nil {
		return old.SetValue(t)
	}
	to.VariableWithValue(toPath, t).SetTrainable(RoleOf(toPath) != Running)
	return nil
}

// Make adds the variables of a network to a store, below path. They get their first values when a graph first runs, or
// those that Load gives them. Variables that are there already stay.
//
// Errors: one is there with another shape.
func Make(n Network, store *model.Store, path string) error {
	b, err := compute.Backend()
	if err != nil {
		return err
	}
	o := n.(options).options()
	return compute.Try("backbone: "+n.Card().Name, func() error {
		g := NewGraph(b, "outline of "+n.Card().Name)
		defer g.Finalize()
		side := max(n.Card().MinSide, n.Card().Stride)
		n.Graph(store.Scope("/"+strings.Trim(path, "/")), Parameter(g, "images", shapes.Make(dtypes.Float32, 1, side, side, o.Inputs)))
		return nil
	})
}
