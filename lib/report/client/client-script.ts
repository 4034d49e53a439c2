import { timelineAxis } from './timeline-axis.ts';
import { timelineDrawing } from './timeline-drawing.ts';
import { timelineInput } from './timeline-input.ts';
import { timelineModel } from './timeline-model.ts';

/** All script of the report, one strict function. It reads no address and asks for nothing: the page is enough. */
export const clientScript = `(() => {
'use strict';
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
${timelineModel}
${timelineAxis}
${timelineDrawing}
${timelineInput}
})();
`;
