package weights

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/gomlx/gomlx/ml/model"
	"github.com/gopatchwork/patchwork/internal/atomicfile"
)

// States keeps the newest state of a training: the folder UNIT-N below Folder, of N units done, with a checkpoint for each store, and state.json about
// them, which is written last, so that a state without it is none.
type States struct {
	Folder string // "" has none
	Unit   string // such as "step"
}

// stateFile is in each state.
const stateFile = "state.json"

// Dir is the folder of the state of n units.
func (s States) Dir(n int) string { return filepath.Join(s.Folder, fmt.Sprintf("%s-%d", s.Unit, n)) }

// Keep writes the state of n units and then removes the others.
//
// Errors: what the disk says, naming the folder. What was written of the state is gone then, and the others are there still.
func (s States) Keep(n int, about any, stores map[string]*model.Store) error {
	dir := s.Dir(n)
	if err := s.write(dir, about, stores); err != nil {
		os.RemoveAll(dir)
		advice := "mend that"
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			advice = "make room on the disk"
		}
		return fmt.Errorf("the state of %s %d cannot be kept in %s: %w; %s and start the same again: it goes on from what was kept before", s.Unit, n, dir, atomicfile.Cause(err), advice)
	}
	others, _ := filepath.Glob(filepath.Join(s.Folder, s.Unit+"-*"))
	for _, other := range others {
		if other != dir {
			os.RemoveAll(other) // what stays does no harm
		}
	}
	return nil
}

func (s States) write(dir string, about any, stores map[string]*model.Store) error {
	text, err := json.Marshal(about)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, store := range stores {
		if err := Save(store, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return atomicfile.Write(filepath.Join(dir, stateFile), text, 0o644, atomicfile.Durable)
}

// Last finds the newest whole state and reads what it says about itself; dir is "" if there is none.
//
// Errors: the folder is there and cannot be read.
func Last[About any](s States) (dir string, about About, err error) {
	if s.Folder == "" {
		return "", about, nil
	}
	entries, err := os.ReadDir(s.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return "", about, nil
	}
	if err != nil {
		return "", about, fmt.Errorf("the state cannot be read: %w", err)
	}
	newest := -1
	for _, e := range entries {
		number, ok := strings.CutPrefix(e.Name(), s.Unit+"-")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n <= newest {
			continue
		}
		var one About
		text, err := os.ReadFile(filepath.Join(s.Folder, e.Name(), stateFile))
		if err == nil && json.Unmarshal(text, &one) == nil {
			newest, dir, about = n, filepath.Join(s.Folder, e.Name()), one
		}
	}
	return dir, about, nil
}
