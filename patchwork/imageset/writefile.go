package imageset

import (
	"os"
	"path/filepath"
)

// writeFile replaces file by data: a reader, or a crash, sees the old content or the new, never a part. With sync the
// data has reached the disk when it returns; without, it may be lost with the power, which suits a cache.
func writeFile(file string, data []byte, sync bool) (err error) {
	dir := filepath.Dir(file)
	f, err := os.CreateTemp(dir, "."+filepath.Base(file)+".tmp*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if sync {
		if err = f.Sync(); err != nil {
			return err
		}
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), file); err != nil {
		return err
	}
	if sync {
		if d, err := os.Open(dir); err == nil {
			d.Sync() // makes the rename last; not every file system can, and the data itself is safe
			d.Close()
		}
	}
	return nil
}
