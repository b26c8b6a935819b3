/* An entry of a menu. */

export interface MenuItem {
  id: string;
  label: string;
  /** Small text on the right: a key, a state. */
  note?: string;
  disabled?: boolean;
  checked?: boolean;
  danger?: boolean;
  /** A line above this item. */
  separated?: boolean;
  run: () => void;
}
