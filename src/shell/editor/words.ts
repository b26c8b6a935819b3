/* What the editor says, in both languages. */

/** Why a file cannot be written. */
export type WriteProblem = 'denied' | 'noFolder' | 'isFolder' | 'failed';

export interface EditorWords {
  newFile: string;
  newBuffer: string;
  modified: string;
  read(lines: number): string;
  wrote(lines: number): string;
  notWritten(path: string, why: string): string;
  problems: Readonly<Record<WriteProblem, string>>;
  notFound(wanted: string): string;
  wrapped: string;
  unknownKey(key: string): string;
  unknownCommand(command: string): string;
  nothingToUndo: string;
  nothingToRedo: string;
  saveBefore: string;
  yesOrNo: string;
  /** The same answers on buttons. */
  dontSave: string;
  goOn: string;
  theText: string;
  fileName: string;
  search(last: string): string;
  goToLine: string;
  place(row: number, rows: number, column: number): string;
  /** Vi will not throw changes away without being told so. */
  unsaved: string;
  noName: string;
  insertMode: string;
  viHint: string;
  exit: string;
  writeOut: string;
  whereIs: string;
  next: string;
  cut: string;
  pasteIt: string;
  undo: string;
  redo: string;
  location: string;
  line: string;
}

const plural = (count: number): string => (count === 1 ? '1 line' : `${count} lines`);

const en: EditorWords = {
  newFile: 'New file',
  newBuffer: 'No name yet',
  modified: 'Modified',
  read: (lines) => `Read ${plural(lines)}`,
  wrote: (lines) => `Wrote ${plural(lines)}`,
  notWritten: (path, why) => `${path} was not written: ${why}`,
  problems: {
    denied: 'files of the servers are only to be read',
    noFolder: 'there is no such directory',
    isFolder: 'it is a directory',
    failed: 'the path cannot be used',
  },
  notFound: (wanted) => `"${wanted}" is not in this text`,
  wrapped: 'Went on from the other end',
  unknownKey: (key) => `${key} does nothing here`,
  unknownCommand: (command) => `There is no command :${command}`,
  nothingToUndo: 'There is nothing to undo',
  nothingToRedo: 'There is nothing to redo',
  saveBefore: 'Save changes? ',
  yesOrNo: ' Y yes  N no  ^C go on',
  dontSave: 'Leave without saving',
  goOn: 'Go on editing',
  theText: 'Text of the file',
  fileName: 'Write to file: ',
  search: (last) => (last === '' ? 'Search: ' : `Search [${last}]: `),
  goToLine: 'Go to line: ',
  place: (row, rows, column) => `Line ${row} of ${rows}, column ${column}`,
  unsaved: 'There are changes that are not saved: :w saves them, :q! throws them away',
  noName: 'This text has no name yet: :w NAME gives it one',
  insertMode: '-- INSERT --',
  viHint: 'i inserts, Esc ends that, :wq saves and leaves, :q! leaves without saving',
  exit: 'Exit',
  writeOut: 'Save',
  whereIs: 'Search',
  next: 'Find next',
  cut: 'Cut line',
  pasteIt: 'Paste line',
  undo: 'Undo',
  redo: 'Redo',
  location: 'Where am I',
  line: 'Go to line',
};

const zh: EditorWords = {
  newFile: '新文件',
  newBuffer: '尚未命名',
  modified: '已改动',
  read: (lines) => `读入 ${lines} 行`,
  wrote: (lines) => `写入了 ${lines} 行`,
  notWritten: (path, why) => `没能写入 ${path}：${why}`,
  problems: {
    denied: '服务器自己的文件只能看，不能改',
    noFolder: '没有这个目录',
    isFolder: '它是一个目录',
    failed: '这个路径用不了',
  },
  notFound: (wanted) => `文中没有“${wanted}”`,
  wrapped: '已绕到另一头继续找',
  unknownKey: (key) => `${key} 在这里不起作用`,
  unknownCommand: (command) => `没有 :${command} 这个命令`,
  nothingToUndo: '没有可以撤销的改动',
  nothingToRedo: '没有可以重做的改动',
  saveBefore: '改动要保存吗？ ',
  yesOrNo: 'Y 保存  N 不保存  ^C 继续编辑',
  dontSave: '不保存就退出',
  goOn: '继续编辑',
  theText: '文件内容',
  fileName: '写入文件：',
  search: (last) => (last === '' ? '查找：' : `查找 [${last}]：`),
  goToLine: '跳到第几行：',
  place: (row, rows, column) => `第 ${row} 行（共 ${rows} 行），第 ${column} 列`,
  unsaved: '有改动还没保存：:w 保存，:q! 放弃改动',
  noName: '这段文字还没有文件名：用 :w 文件名 起一个',
  insertMode: '-- 插入 --',
  viHint: 'i 开始输入，Esc 结束输入，:wq 保存并退出，:q! 不保存就退出',
  exit: '退出',
  writeOut: '保存',
  whereIs: '查找',
  next: '找下一个',
  cut: '剪切一行',
  pasteIt: '粘贴一行',
  undo: '撤销',
  redo: '重做',
  location: '光标位置',
  line: '跳到某行',
};

export function wordsIn(language: 'en' | 'zh'): EditorWords {
  return language === 'zh' ? zh : en;
}
