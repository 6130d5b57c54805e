package patchwork

import (
	"errors"
	"time"

	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
)

// reload reads the settings and the list of images again, which another process has written, in the process that holds the
// journal. What was labelled stays: labels follow the files. When something cannot be read, all stays as it was.
func (p *Project) reload() error {
	s, err := readSettings(p.dir)
	if err != nil {
		return err
	}
	index, err := imageset.ReadIndex(p.path("images.tsv"))
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	settings, before := p.settings, p.index
	p.settings, p.index = s, index
	store, err := p.reopen()
	if err == nil {
		p.store = store
		return nil
	}
	p.settings, p.index = settings, before
	old, again := p.reopen() // its lock was given up a moment ago
	if again != nil {
		return errors.Join(err, again)
	}
	p.store = old
	return err
}

// reopen gives the journal up and takes it again with the images and classes that p has now; p.mu is held.
func (p *Project) reopen() (*labels.Store, error) {
	if err := p.store.Close(); err != nil {
		return nil, err
	}
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) { // a command may hold the journal for milliseconds
		store, err := labels.Open(p.storeOptions(false))
		if locked := (*labels.LockedError)(nil); !errors.As(err, &locked) || time.Since(begun) > patience {
			return store, err
		}
	}
}
