package patchwork

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// settingsVersion is the version of project.yaml that this program reads and writes.
const settingsVersion = 1

// Settings is the content of project.yaml: what a person decides about a project. Paths are relative to the project
// folder or absolute.
type Settings struct {
	Version   int      `yaml:"version"`             // of the file's format; Init fills it
	Images    []string `yaml:"images,flow"`         // folders, globs, or .txt/.csv lists of images
	Classes   []Class  `yaml:"classes"`             // in the order of their columns and hotkeys
	Extractor string   `yaml:"extractor,omitempty"` // "" or "default" is the embedded one; else the path of an ONNX file
	Features  string   `yaml:"features,omitempty"`  // id of the features in use; Embed fills it
	Seed      uint64   `yaml:"seed"`                // of all random choices
}

// Class is one thing that an image may or may not show. Classes may overlap.
type Class struct {
	Name        string `yaml:"name"`
	Hotkey      string `yaml:"hotkey,omitempty"` // "" means its position, 1 to 9
	Description string `yaml:"description,omitempty"`
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

// readSettings reads project.yaml of the project folder dir. A missing file is ErrNoProject.
func readSettings(dir string) (Settings, error) {
	file := filepath.Join(dir, "project.yaml")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return Settings{}, fmt.Errorf("%w: %s holds no project.yaml; make one with patchwork.Init or `patchwork init %s --images FOLDER`",
			ErrNoProject, dir, dir)
	}
	if err != nil {
		return Settings{}, fmt.Errorf("patchwork: %w", err)
	}
	var s Settings
	if err := yaml.Unmarshal(text, &s); err != nil {
		return Settings{}, fmt.Errorf("patchwork: %s is not valid YAML: %w; mend the file, nothing else was touched", file, err)
	}
	if s.Version > settingsVersion {
		return Settings{}, fmt.Errorf("patchwork: %s has version %d and this program reads up to %d; use a newer patchwork",
			file, s.Version, settingsVersion)
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
	return replaceFile(filepath.Join(dir, "project.yaml"), text, 0o644)
}

// replaceFile writes data beside file, syncs it and renames it into place.
func replaceFile(file string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".tmp-"+filepath.Base(file)+"-*")
	if err != nil {
		return fmt.Errorf("patchwork: cannot write %s: %w", file, err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("patchwork: cannot write %s: %w", file, err)
	}
	return nil
}
