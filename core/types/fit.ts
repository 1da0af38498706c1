/** Does every value of a source column survive in a target type? */
export type Fit =
  | { fit: 'exact' }
  /** Most do; each value is checked, and one that does not fails the table before anything is published, by its key. */
  | { fit: 'checked'; why: string }
  | { fit: 'refused'; why: string };
