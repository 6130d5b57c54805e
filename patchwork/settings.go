package patchwork

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v3"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/augment"
	"github.com/gopatchwork/patchwork/patchwork/features"
)

// settingsVersion is the version of project.yaml that this program reads and writes.
const settingsVersion = 1

// Settings is the content of project.yaml: what a person decides about a project. Paths are relative to the project
// folder or absolute.
type Settings struct {
	Version   int             `yaml:"version"`             // of the file's format; Init fills it
	Images    []string        `yaml:"images,flow"`         // folders, globs, or .txt/.csv lists of images
	Input     Input           `yaml:"input,omitempty"`     // how an image file is read
	Classes   []Class         `yaml:"classes"`             // in the order of their columns and hotkeys; a bare name will do
	Extractor string          `yaml:"extractor,omitempty"` // "" or "default" is the embedded one; else the path of an ONNX file or of a network's folder
	Network   *Network        `yaml:"network,omitempty"`   // what Embed was told about that file
	Features  string          `yaml:"features,omitempty"`  // id of the features in use; Embed fills it
	Maps      *MapSettings    `yaml:"maps,omitempty"`      // the feature maps in use; ExtractMaps fills it
	Augment   *augment.Params `yaml:"augment,omitempty"`   // of the images that FineTune learns from
	Rule      string          `yaml:"rule,omitempty"`      // what counts where annotators disagree; "" is the label set last
	Seed      uint64          `yaml:"seed"`                // of all random choices

	Keys map[string][]string `yaml:"keys,omitempty"` // keys of the studio's actions, other than the usual ones; see docs/widgets.md
}

// Class is one thing that an image may or may not show. Classes may overlap.
type Class struct {
	Name        string `yaml:"name"`
	Hotkey      string `yaml:"hotkey,omitempty"`      // "" means its position, 1 to 9; it follows a renaming
	Description string `yaml:"description,omitempty"` // until DescribeClass says something else
}

// Network is what an ONNX file does not say about itself; features.ONNXOptions describes the fields.
type Network struct {
	Width  int       `yaml:"width,omitempty"`
	Height int       `yaml:"height,omitempty"`
	Mean   []float32 `yaml:"mean,omitempty,flow"`
	Std    []float32 `yaml:"std,omitempty,flow"`
	BGR    bool      `yaml:"bgr,omitempty"`
	Layout string    `yaml:"layout,omitempty"`
	Output string    `yaml:"output,omitempty"`
}

// networkOf is what of o is worth keeping, nil if that is nothing.
func networkOf(o features.ONNXOptions) *Network {
	n := Network{Width: o.Size.X, Height: o.Size.Y, Mean: o.Mean, Std: o.Std, BGR: o.BGR, Layout: o.Layout, Output: o.Output}
	if reflect.ValueOf(n).IsZero() {
		return nil
	}
	return &n
}

// options is the inverse of networkOf; n may be nil.
func (n *Network) options() features.ONNXOptions {
	if n == nil {
		return features.ONNXOptions{}
	}
	return features.ONNXOptions{Size: image.Pt(n.Width, n.Height), Mean: n.Mean, Std: n.Std, BGR: n.BGR, Layout: n.Layout, Output: n.Output}
}

// Classes makes a list of classes from their names.
func Classes(names ...string) []Class {
	out := make([]Class, len(names))
	for i, n := range names {
		out[i] = Class{Name: strings.TrimSpace(n)}
	}
	return out
}

// classNames lists the names in order.
func (s Settings) classNames() []string {
	names := make([]string, len(s.Classes))
	for i, c := range s.Classes {
		names[i] = c.Name
	}
	return names
}

// descriptions are those of the classes by name.
func (s Settings) descriptions() map[string]string {
	about := map[string]string{}
	for _, c := range s.Classes {
		about[c.Name] = c.Description
	}
	return about
}

// readSettings reads project.yaml of the project folder dir. A missing file is ErrNoProject.
func readSettings(dir string) (Settings, error) {
	file := filepath.Join(dir, "project.yaml")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Settings{}, fmt.Errorf("%w: %s holds no project.yaml; make one with patchwork.Init or `patchwork init %s --images FOLDER`",
			ErrNoProject, dir, typed(dir))
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return Settings{}, fmt.Errorf("patchwork: %s is not a folder; a project is one", dir)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("patchwork: %w", err)
	}
	s, err := parseSettings(text)
	if err != nil {
		return Settings{}, fmt.Errorf("patchwork: %s: %w", file, err)
	}
	return s, nil
}

// write replaces project.yaml in dir, so that a reader sees the old file or the new one.
func (s Settings) write(dir string) error {
	s.Version = settingsVersion
	text, err := yaml.Marshal(s)
	if err != nil {
		return fmt.Errorf("patchwork: project.yaml: %w", err)
	}
	file := filepath.Join(dir, "project.yaml")
	if err := atomicfile.Write(file, text, 0o644, atomicfile.Durable); err != nil {
		return fmt.Errorf("patchwork: cannot write %s: %w", file, err)
	}
	return nil
}
