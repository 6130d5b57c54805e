package kernelspec

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// RemoveReport says what Remove did.
type RemoveReport struct {
	Name    string `json:"name"`
	Dir     string `json:"dir"`
	Removed bool   `json:"removed"` // false: there was none
}

// Remove deletes the kernel that Install wrote for the same Prefix (or the same user). Only Prefix is used. Running
// kernels go on. Where none is installed, nothing happens and that is no error.
//
// Errors: the folder may not be written, or it holds a kernel that Install did not write.
func Remove(ctx context.Context, o Options) (RemoveReport, error) {
	o, err := o.absolute()
	if err != nil {
		return RemoveReport{}, err
	}
	dir, err := kernelDir(ctx, o)
	if err != nil {
		return RemoveReport{}, err
	}
	r := RemoveReport{Name: Name, Dir: dir}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if s, err := readSpec(dir); err == nil && s.Metadata.Patchwork == (Source{}) {
		return r, fmt.Errorf("kernelspec: %s holds another kernel (%q); remove it by hand if it may go", dir, s.DisplayName)
	}
	if err := os.RemoveAll(dir); err != nil {
		return r, writeError(dir, err)
	}
	r.Removed = true
	return r, nil
}

// String is the report for a person.
func (r RemoveReport) String() string {
	if !r.Removed {
		return fmt.Sprintf("Kernel %q was not installed (looked in %s)", Title, r.Dir)
	}
	return fmt.Sprintf("Kernel %q removed from %s", Title, r.Dir)
}
