package classify

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"go.yaml.in/yaml/v3"
)

// ErrDamaged means that a model's folder does not hold what was saved there.
var ErrDamaged = errors.New("classify: the model is damaged")

// Load opens a model that Save wrote, in this process or another. On the same machine and backend it gives the same
// scores, bit for bit.
//
// Errors: the folder or its model.yaml does not exist (fs.ErrNotExist); a folder that holds something else, or a model of
// a newer version; a checkpoint that is missing, cut short or not the one that model.yaml describes (ErrDamaged).
func Load(dir string) (*Model, error) {
	s, err := readSaved(dir)
	if err != nil {
		return nil, err
	}
	m := &Model{info: s.Info}
	if m.head, err = newHead(s.Info); err != nil {
		return nil, fmt.Errorf("%w: %s: %w. Train again", ErrDamaged, dir, err)
	}
	store := model.NewStore()
	err = compute.Try("checkpoint", func() error {
		// Without any checkpoint, Done would succeed and leave the store empty; read then names what is missing.
		if _, err := checkpoint.Load(store).Dir(dir).Immediate().Done(); err != nil {
			return err
		}
		return m.head.read(store)
	})
	store.Finalize()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w. Train again", ErrDamaged, dir, err)
	}
	if got := m.head.sum(); got != s.Weights {
		return nil, fmt.Errorf("%w: the weights in %s have the SHA-256 %.12s… and %s was written with %.12s…. Train again", ErrDamaged, dir, got, modelFile, s.Weights)
	}
	return m, nil
}

// ReadInfo reads what is known about a saved model without its weights. Errors are those of Load for model.yaml.
func ReadInfo(dir string) (Info, error) {
	s, err := readSaved(dir)
	return s.Info, err
}

// ReadSum reads the SHA-256 of the weights of a saved model, which tells it from any other. Errors are those of ReadInfo.
func ReadSum(dir string) (string, error) {
	s, err := readSaved(dir)
	return s.Weights, err
}

// unknownEntry is what the YAML library says of an entry that there is no field for.
var unknownEntry = regexp.MustCompile(`field (\w+) not found`)

func readSaved(dir string) (saved, error) {
	file := filepath.Join(dir, modelFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return saved{}, fmt.Errorf("classify: no model in %s: %w", dir, err)
	}
	var head struct {
		Format  string
		Version int
	}
	if err := yaml.Unmarshal(text, &head); err != nil || head.Format != fileFormat && head.Format != linearFormat {
		return saved{}, fmt.Errorf("classify: %s is not the description of a %s (format %q); is this another folder?", file, fileFormat, head.Format)
	}
	version := fileVersion
	if head.Format == linearFormat {
		version = linearVersion
	}
	if head.Version != version {
		return saved{}, fmt.Errorf("classify: %s has version %d and this program reads version %d; update patchwork, or train again", file, head.Version, version)
	}
	var s saved
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		why := "it was cut short or changed"
		if m := unknownEntry.FindStringSubmatch(err.Error()); m != nil {
			why = fmt.Sprintf("it has an entry %q that this program does not know", m[1])
		}
		return saved{}, fmt.Errorf("%w: %s: %s. Train again", ErrDamaged, file, why)
	}
	if s.Info.Dim < 1 || len(s.Info.Classes) == 0 {
		return saved{}, fmt.Errorf("%w: %s names %d features and %d classes. Train again", ErrDamaged, file, s.Info.Dim, len(s.Info.Classes))
	}
	if s.Info.Options.Head == "" {
		s.Info.Options.Head = LinearHead // the only one in version 1
	}
	s.Info.Options = s.Info.Options.settled() // of a model from before there was context
	if err := s.Info.Options.check(); err != nil {
		why := "it was cut short or changed"
		if m := unknownEntry.FindStringSubmatch(err.Error()); m != nil {
			why = fmt.Sprintf("it has an entry %q that this program does not know", m[1])
		}
		return saved{}, fmt.Errorf("%w: %s: %s. Train again", ErrDamaged, file, why)
	}
	return s, nil
}
