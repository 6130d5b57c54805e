package labels

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// replaceFile puts data in the place of file, so that a reader sees the old or the new content and nothing between.
// With durable set it returns when the content has reached the disk.
func replaceFile(file string, data []byte, durable bool) (err error) {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, "."+filepath.Base(file)+".*.tmp")
	if err != nil {
		return fmt.Errorf("labels: cannot write %s: %w", file, err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil && durable {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("labels: cannot write %s: %w; the file is as it was", file, err)
	}
	if durable {
		if err := syncDir(dir); err != nil {
			return fmt.Errorf("labels: %s was written, but its folder could not be synced: %w", file, err)
		}
	}
	return nil
}
