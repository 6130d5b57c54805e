package backbone

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/compute"
)

// File describes the network beside its checkpoint.
const File = "backbone.json"

const (
	fileFormat  = "patchwork backbone"
	fileVersion = 1
)

// Saved is what a folder says of a network.
type Saved struct {
	Name    string  `json:"name"`            // as New takes it
	Options Options `json:"options"`         // its mean and std are always written out
	Width   int     `json:"width"`           // pixels of the images that it learned on
	Height  int     `json:"height"`          // pixels
	About   string  `json:"about,omitempty"` // how it learned, for people

	Parameters int        `json:"parameters"`     // trained numbers; Save counts them
	Weights    string     `json:"weights_sha256"` // of paths, shapes and values; Save computes it
	Variables  []Variable `json:"variables"`      // Save lists them, by path
}

// Variable is one of a network.
type Variable struct {
	Path string `json:"path"` // below the network's scope, such as stage1/block1/conv1/kernel
	Role Role   `json:"role,omitempty"`
	Dims []int  `json:"dims"`
}

// document is backbone.json.
type document struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Saved
}

// Save writes the variables below a scope of a store, those that have a role, as the folder dir: a GoMLX checkpoint with their paths below that
// scope, and backbone.json. What about says of parameters, weights and variables is replaced.
//
// The folder is prepared beside dir and then put in its place, so that dir holds the old network or the new one. The
// values of the store are copied and stay.
//
// Errors: an unknown network; no size; no variable below path, or one without values (the network has not run yet) or of
// another type than float32; dir holds files of something else; it cannot be written.
func Save(dir string, store *model.Store, path string, about Saved) error {
	n, err := New(about.Name, about.Options)
	if err != nil {
		return err
	}
	if about.Width < 1 || about.Height < 1 {
		return fmt.Errorf("backbone: Saved says %d×%d pixels; want the size of the images that the network learned on", about.Width, about.Height)
	}
	about.Options.Mean, about.Options.Std = n.(options).options().Mean, n.(options).options().Std
	held := model.NewStore()
	defer held.Finalize()
	if about.Variables, err = collect(store, path, held); err != nil {
		return fmt.Errorf("backbone: cannot save %s: %w", about.Name, err)
	}
	about.Parameters = 0
	for _, v := range about.Variables {
		if v.Role != Running {
			about.Parameters += v.size()
		}
	}
	if about.Weights, err = sum(held, about.Variables); err != nil {
		return fmt.Errorf("backbone: cannot save %s: %w", about.Name, err)
	}
	if err := write(filepath.Clean(dir), held, about); err != nil {
		return fmt.Errorf("backbone: cannot save %s in %s: %w", about.Name, dir, atomicfile.Cause(err))
	}
	return nil
}

// options is implemented by all networks.
type options interface{ options() Options }

func (n *network) options() Options { return n.o }

func (v Variable) size() int {
	size := 1
	for _, d := range v.Dims {
		size *= d
	}
	return size
}

// below lists the variables below a path of a store that have a role, by path. A store may have others, such as
// global_step, which every checkpoint holds.
func below(store *model.Store, path string) (list []Variable) {
	under := prefix(path)
	for v := range store.IterVariables() {
		if rest, ok := strings.CutPrefix(v.Path(), under); ok && RoleOf(rest) != "" {
			list = append(list, Variable{rest, RoleOf(rest), append([]int{}, v.Shape().Dimensions...)})
		}
	}
	slices.SortFunc(list, func(a, b Variable) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// prefix is how the paths below path begin.
func prefix(path string) string {
	path = "/" + strings.Trim(path, "/")
	if path == "/" {
		return path
	}
	return path + "/"
}

// collect copies the variables below a path to the root of another store.
func collect(from *model.Store, path string, to *model.Store) ([]Variable, error) {
	list := below(from, path)
	if len(list) == 0 {
		return nil, fmt.Errorf("there is no variable below %s; run the network once, so that it has some", path)
	}
	for _, v := range list {
		values, err := valuesOf(from, prefix(path)+v.Path)
		if err != nil {
			return nil, err
		}
		to.VariableWithValue("/"+v.Path, tensors.FromFlatDataAndDimensions(values, v.Dims...))
	}
	return list, nil
}

func valuesOf(s *model.Store, path string) ([]float32, error) {
	v := s.GetVariable(path)
	if v == nil {
		return nil, fmt.Errorf("variable %s is missing", path)
	}
	if !v.HasValue() {
		return nil, fmt.Errorf("variable %s has no values yet; run the network once", path)
	}
	t, err := v.Value()
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", path, err)
	}
	values, err := tensors.CopyFlatData[float32](t)
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", path, err)
	}
	return values, nil
}

// sum is the SHA-256 of path, shape and values of the variables at the root of a store.
func sum(s *model.Store, list []Variable) (string, error) {
	hash := sha256.New()
	for _, v := range list {
		values, err := valuesOf(s, "/"+v.Path)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(hash, v.Path, v.Dims)
		buf := make([]byte, 0, 4*len(values))
		for _, x := range values {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(x))
		}
		hash.Write(buf)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// write puts a folder with checkpoint and description in the place of dir.
func write(dir string, held *model.Store, about Saved) error {
	if err := replaceable(dir); err != nil {
		return err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(parent, ".tmp-"+filepath.Base(dir)+"-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp) // what is left there is the old network, or a failed new one
	err = compute.Try("checkpoint", func() error {
		h, err := checkpoint.Build(held).Dir(temp).ExcludeAllParams().WithCompression(checkpoint.BinUncompressed).Done()
		if err != nil {
			return err
		}
		return h.Save()
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(document{fileFormat, fileVersion, about}, "", "  ")
	if err != nil {
		return err
	}
	if err := atomicfile.Write(filepath.Join(temp, File), append(text, '\n'), 0o644, atomicfile.Durable); err != nil {
		return err
	}
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := atomicfile.ReplaceFolder(temp, dir); err != nil {
		return err
	}
	return atomicfile.SyncDir(parent)
}

// replaceable refuses a folder with other files.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, File)); err != nil {
		return fmt.Errorf("it holds files and no network (%s), and saving would replace them; choose another folder", File)
	}
	return nil
}
