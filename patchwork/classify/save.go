package classify

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model/checkpoint"
	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"go.yaml.in/yaml/v3"
)

// Files beside a model's weights.
const (
	ScoresFile     = "scores.npy"     // probabilities of all images
	DeviationsFile = "deviations.npy" // standard deviations of their logits, of a model with a posterior
	ImagesFile     = "images.txt"     // what each row of these is about, a line an image
)

const (
	modelFile   = "model.yaml"
	fileFormat  = "patchwork head"
	fileVersion = 2

	// What older programs wrote: version 1, which had no other head.
	linearFormat  = "patchwork linear head"
	linearVersion = 1
)

// saved is model.yaml.
type saved struct {
	Format  string `yaml:"format"`
	Version int    `yaml:"version"`
	Weights string `yaml:"weights_sha256"` // of the variables in the checkpoint, see (*head).sum
	Info    Info   `yaml:",inline"`
}

// Save writes the model as the folder dir: a GoMLX checkpoint with the head's variables (docs/classify.md lists them) and
// model.yaml with everything in Info.
//
// The folder is prepared beside dir and then put in its place, so that dir holds the old model or the new one, never a
// mixture. Everything in an older model's folder goes with it, its scores too.
//
// Errors: dir exists, is not empty and holds no model; the folder cannot be written. An old model then stays.
func (m *Model) Save(dir string) error { return m.save(dir, nil) }

// SavePredicted is Save with what the model says of all images: scores.npy, deviations.npy where it has a posterior
// (WriteScores), and images.txt where p names the images, put in place together.
//
// Errors: those of Save; a prediction of other classes; names of more or fewer images than rows.
func (m *Model) SavePredicted(dir string, p Prediction) error {
	if p.Classes != m.head.classes || len(p.Scores) != p.Rows*p.Classes {
		return fmt.Errorf("classify: %d scores for %d rows of %d classes; want %d", len(p.Scores), p.Rows, m.head.classes, p.Rows*m.head.classes)
	}
	if p.Images != nil && len(p.Images) != p.Rows {
		return fmt.Errorf("classify: %d images are named for %d rows of scores; want one for each row", len(p.Images), p.Rows)
	}
	return m.save(dir, func(folder string) error {
		err := WriteScores(filepath.Join(folder, ScoresFile), p.Scores, p.Rows, p.Classes)
		if err == nil && p.Deviations != nil {
			err = WriteScores(filepath.Join(folder, DeviationsFile), p.Deviations, p.Rows, p.Classes)
		}
		if err == nil && p.Images != nil {
			err = WriteImages(folder, p.Images)
		}
		return err
	})
}

func (m *Model) save(dir string, also func(folder string) error) error {
	dir = filepath.Clean(dir)
	if err := replaceable(dir); err != nil {
		return err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("classify: cannot save the model: %w", err)
	}
	temp, err := os.MkdirTemp(parent, ".tmp-"+filepath.Base(dir)+"-*")
	if err != nil {
		return fmt.Errorf("classify: cannot save the model in %s: %w", dir, atomicfile.Cause(err))
	}
	defer os.RemoveAll(temp) // what is left there is the old model, or a failed new one
	err = m.fill(temp)
	if err == nil && also != nil {
		err = also(temp)
	}
	if err == nil {
		err = settle(temp)
	}
	if err == nil {
		err = atomicfile.ReplaceFolder(temp, dir)
	}
	if err == nil {
		err = syncPath(parent)
	}
	if err != nil {
		return fmt.Errorf("classify: cannot save the model in %s: %w; an earlier model is as it was", dir, atomicfile.Cause(err))
	}
	return nil
}

// replaceable refuses a folder with other people's files.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("classify: cannot save the model: %w", err)
	case len(entries) == 0:
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, modelFile)); err != nil {
		return fmt.Errorf("classify: %s holds files and no model (%s); saving would replace them. Choose another folder", dir, modelFile)
	}
	return nil
}

// fill writes checkpoint and model.yaml into an empty folder.
func (m *Model) fill(dir string) error {
	store := m.head.store()
	defer store.Finalize()
	err := compute.Try("checkpoint", func() error {
		handler, err := checkpoint.Build(store).Dir(dir).ExcludeAllParams().Done()
		if err != nil {
			return err
		}
		return handler.Save()
	})
	if err != nil {
		return err
	}
	text, err := yaml.Marshal(saved{fileFormat, fileVersion, m.head.sum(), m.info})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, modelFile), text, 0o644)
}

// settle makes a folder and its files durable and readable like other folders of the project.
func settle(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := syncPath(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return errors.Join(os.Chmod(dir, 0o755), syncPath(dir))
}

// sum is the SHA-256 of shape and numbers of a head, in hexadecimal.
func (h *head) sum() string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%d %d\n", h.dim, h.classes)
	for _, part := range h.parts() {
		buf := make([]byte, 0, 4*len(*part.values))
		for _, v := range *part.values {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		hash.Write(buf)
	}
	return hex.EncodeToString(hash.Sum(nil))
}
