package pretrain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/compute"
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
)

// painterFolder lies in the folder of a network whose method paints: a checkpoint of the decoder, and painterFile. What reads the network does not look at it.
const (
	painterFolder = "painter"
	painterFile   = "painter.json"
)

// painted is painterFile.
type painted struct {
	Method   string            `json:"method"`
	Settings map[string]string `json:"settings"`
	Weights  string            `json:"weights_sha256"` // of the network that the decoder belongs to
}

// savePainter writes beside a network that was saved what it paints with, if its method paints.
func (t *Trained) savePainter(dir string) error {
	if !t.IsPainter() {
		return nil
	}
	saved, err := backbone.Read(dir)
	if err != nil {
		return err
	}
	held := model.NewStore()
	defer held.Finalize()
	below := "/" + Student + "/" + decoderName + "/"
	for v := range t.store.IterVariables() {
		if strings.HasPrefix(v.Path(), below) && backbone.RoleOf(v.Path()) != "" {
			if err := weights.Copy(v, held, v.Path()); err != nil {
				return err
			}
		}
	}
	about := painted{t.method.Card().Name, map[string]string{}, saved.Weights}
	for _, s := range Settings(t.method) {
		about.Settings[s.Name] = s.Value
	}
	text, err := json.MarshalIndent(about, "", "  ")
	folder := filepath.Join(dir, painterFolder)
	if err == nil {
		err = os.Mkdir(folder, 0o755)
	}
	if err == nil {
		err = weights.Save(held, filepath.Join(folder, "now"))
	}
	if err == nil {
		err = atomicfile.Write(filepath.Join(folder, painterFile), append(text, '\n'), 0o644, atomicfile.Durable)
	}
	if err != nil {
		return fmt.Errorf("pretrain: what %s paints with cannot be kept in %s: %w", about.Method, folder, err)
	}
	return nil
}

// OpenPainter opens a network that Trained.Save wrote together with what it paints with, for Paint and Features. The caller closes it.
//
// Errors: those of backbone.Open and backbone.Load; the network was trained by a method that paints nothing; what it paints with is damaged, or belongs to other weights.
func OpenPainter(dir string) (*Trained, error) {
	network, saved, err := backbone.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("pretrain: %w", err)
	}
	file := filepath.Join(dir, painterFolder, painterFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("pretrain: %s holds nothing that paints (%s): want a network trained by %s", dir, saved.About, strings.Join(painters(), ", "))
	}
	var about painted
	if err == nil {
		err = json.Unmarshal(text, &about)
	}
	if err != nil {
		return nil, fmt.Errorf("pretrain: %s cannot be read: %w; train the network again", file, err)
	}
	if about.Weights != saved.Weights {
		return nil, fmt.Errorf("pretrain: %s belongs to a network with the weights %.12s… and %s has %.12s…; train the network again", file, about.Weights, dir, saved.Weights)
	}
	method, err := New(about.Method)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, file)
	}
	for name, value := range about.Settings {
		if err := Set(method, name, value); err != nil {
			return nil, fmt.Errorf("%w (%s)", err, file)
		}
	}
	t := &Trained{network: network, side: saved.Width, method: method, store: model.NewStore()}
	if t.backend, err = compute.Backend(); err == nil {
		err = t.loadPainter(dir)
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Trained) loadPainter(dir string) error {
	if _, err := backbone.Load(dir, t.store, "/"+Student+"/"+backboneName); err != nil {
		return fmt.Errorf("pretrain: %w", err)
	}
	held := model.NewStore()
	defer held.Finalize()
	folder := filepath.Join(dir, painterFolder)
	if err := weights.Load(held, filepath.Join(folder, "now")); err != nil {
		return fmt.Errorf("pretrain: what the network paints with, %s, is damaged: %w; train the network again", folder, err)
	}
	for v := range held.IterVariables() {
		if err := weights.Copy(v, t.store, v.Path()); err != nil {
			return fmt.Errorf("pretrain: %s: %w", folder, err)
		}
	}
	return nil
}
