package imageset

import (
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
)

// Reader reads the images of an Index from disk. It holds no state and is safe for concurrent use.
type Reader struct {
	Root    string // the project folder, which IDs are relative to
	Index   *Index
	Workers int    // goroutines that decode; 0 means one per core
	Limits  Limits // what one file may cost
	Input   Input  // what of a file is read
}

// Path returns the file of row. For an image in an archive it is the archive's path and the member's name behind it;
// Bytes reads both.
func (r *Reader) Path(row int) string { return idPath(r.Root, r.Index.At(row).ID) }

// Image reads and decodes the image of row. See the package documentation for what its pixels are. Of a picture of more
// than three channels it shows the first three, of one of two the first.
//
// Errors name the file: the row is out of range or has a Problem; the file has vanished or become unreadable since
// the scan.
func (r *Reader) Image(row int) (image.Image, error) {
	if err := r.check(row); err != nil {
		return nil, err
	}
	p, err := r.decode(row, nil)
	if err != nil {
		return nil, err
	}
	return p.upright(), nil
}

// Bytes returns the encoded image of row as it is stored.
//
// Errors are those of Image, but for content that cannot be decoded; and the file no longer has the content that its Hash
// is of, because it was cut short or replaced since the scan.
func (r *Reader) Bytes(row int) ([]byte, error) {
	if err := r.check(row); err != nil {
		return nil, err
	}
	data, err := r.bytes(row)
	if err == nil && hashOf(data) != r.Index.At(row).Hash {
		return nil, fmt.Errorf("imageset: %s: file changed since it was scanned; scan the images again", r.Index.At(row).ID)
	}
	return data, err
}

func (r *Reader) bytes(row int) ([]byte, error) {
	data, _, err := readFile(r.Path(row), r.Limits)
	if err != nil {
		return nil, fmt.Errorf("imageset: %s: %s; scan the images again", r.Index.At(row).ID, fileProblem(err))
	}
	return data, nil
}

func (r *Reader) check(row int) error {
	if row < 0 || row >= r.Index.Len() {
		return fmt.Errorf("imageset: row %d does not exist; want 0 to %d", row, r.Index.Len()-1)
	}
	if im := r.Index.At(row); im.Problem != "" {
		return fmt.Errorf("imageset: %s: %s", im.ID, im.Problem)
	}
	return nil
}

func (r *Reader) decode(row int, need detail) (raster, error) {
	data, err := r.bytes(row)
	if err != nil {
		return raster{}, err
	}
	return r.decodeBytes(row, data, need)
}

func (r *Reader) decodeBytes(row int, data []byte, need detail) (raster, error) {
	p, err := decodeRaster(data, task{limits: r.Limits, input: r.Input, need: need})
	if err != nil {
		return raster{}, fmt.Errorf("imageset: %s: %w", r.Index.At(row).ID, err)
	}
	return p, nil
}

// readFile reads a regular file, and no other: a pipe named like an image would block for ever. The path may lead into
// an archive.
func readFile(path string, l Limits) ([]byte, stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		if file, name, ok := splitArchive(path); ok {
			a, err := openArchive(file)
			if err != nil {
				return nil, stamp{}, err
			}
			return a.read(name, l)
		}
		return nil, stamp{}, err
	}
	s := stampOf(info)
	if !info.Mode().IsRegular() {
		return nil, s, errors.New("not a regular file")
	}
	if err := l.checkBytes(s.size); err != nil {
		return nil, s, err
	}
	data, err := os.ReadFile(path)
	return data, s, err
}

// exists says whether there is such a file or member of an archive, of any kind.
func exists(path string) bool {
	if _, err := os.Lstat(path); err == nil {
		return true
	}
	file, name, ok := splitArchive(path)
	if !ok {
		return false
	}
	a, err := openArchive(file)
	if err != nil {
		return false
	}
	_, ok = a.byName[name]
	return ok
}

// fileProblem says why a file cannot be read, without its path.
func fileProblem(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return problemVanished
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// idPath returns the file that an ID names.
func idPath(root, id string) string {
	p := filepath.FromSlash(id)
	if filepath.IsAbs(p) { // on another volume than the project
		return p
	}
	return filepath.Join(root, p)
}
