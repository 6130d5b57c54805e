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
	"github.com/gopatchwork/patchwork/patchwork/compute/weights"
)

// A state is the folder step-N in Task.Folder: a checkpoint of all variables, those of the optimiser too, and state.json, which is written last.
const stateFile = "state.json"

// written is state.json.
type written struct {
	Task string `json:"task"` // what must be the same to go on
	Step int    `json:"step"`
	Last Point  `json:"last"`
}

// fingerprint names all that decides what a training comes to, but the data of images, and the number of devices, which changes the order of sums.
func (t *trainer) fingerprint() string {
	o := t.o
	o.Devices = 0
	text, _ := json.Marshal(struct {
		O       Options
		Method  string
		Setting []Setting
		Network backbone.Card
		Source  any
		From    string `json:",omitempty"`
	}{o, t.Method.Card().Name, Settings(t.Method), t.Network.Card(), t.Source.Shape(), t.began.Weights})
	return string(text)
}

func (t *trainer) stateDir(step int) string {
	return filepath.Join(t.Folder, fmt.Sprintf("step-%d", step))
}

// writeDown keeps the state after so many steps.
func (t *trainer) writeDown(step int) error {
	if t.Folder == "" || step == t.saved {
		return nil
	}
	dir := t.stateDir(step)
	text, err := json.Marshal(written{t.fingerprint(), step, t.last})
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = weights.Save(t.store, filepath.Join(dir, "now"))
	}
	if err == nil {
		err = atomicfile.Write(filepath.Join(dir, stateFile), text, 0o644, atomicfile.Durable)
	}
	if err != nil {
		return fmt.Errorf("pretrain: the state of step %d cannot be kept in %s: %w; what was kept before is there still", step, dir, err)
	}
	t.saved = step
	others, _ := filepath.Glob(filepath.Join(t.Folder, "step-*"))
	for _, other := range others {
		if other != dir {
			os.RemoveAll(other) // what stays does no harm
		}
	}
	return nil
}

// takeUp goes on from the newest state of this task. One that is damaged or of another task is left aside and written over.
func (t *trainer) takeUp() error {
	dir, w, err := lastState(t.Folder)
	if err != nil || dir == "" || w.Task != t.fingerprint() {
		return err
	}
	kept := model.NewStore()
	defer kept.Finalize()
	if weights.Load(kept, filepath.Join(dir, "now")) != nil {
		return nil
	}
	for v := range kept.IterVariables() {
		if err := weights.Copy(v, t.store, v.Path()); err != nil {
			return err
		}
	}
	t.resumed, t.saved, t.last = w.Step, w.Step, w.Last
	return nil
}

// lastState is the newest whole state of a folder; "" if there is none.
func lastState(folder string) (dir string, w written, err error) {
	if folder == "" {
		return "", w, nil
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return "", w, nil
	}
	if err != nil {
		return "", w, fmt.Errorf("pretrain: the state cannot be read: %w", err)
	}
	for _, e := range entries {
		var one written
		text, err := os.ReadFile(filepath.Join(folder, e.Name(), stateFile))
		if err == nil && strings.HasPrefix(e.Name(), "step-") && json.Unmarshal(text, &one) == nil && (dir == "" || one.Step > w.Step) {
			dir, w = filepath.Join(folder, e.Name()), one
		}
	}
	return dir, w, nil
}
