/* All Chinese words, as one chunk of the build. */

import { zhPage } from './zh.ts';
import { zhStage } from './zh-stage.ts';

export const zh = { ...zhPage, ...zhStage };
