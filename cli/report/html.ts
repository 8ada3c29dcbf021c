/** What a template takes: text and numbers are escaped, markup is not, lists are joined, `undefined` is left out. */
export type Content = Html | string | number | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Markup that may go into a page as it is: only a template makes it, so text cannot become markup by accident. */
export class Html {
  private constructor(private readonly markup: string) {}

  public static fromTemplate(parts: TemplateStringsArray, contents: readonly Content[]): Html {
    const markup = parts.map((part, i) => part + (i < contents.length ? render(contents[i]) : ''));
    return new Html(markup.join(''));
  }

  public toString(): string {
    return this.markup;
  }
}

/** A piece of a page. What is filled in is safe between tags and in quoted attributes, not in scripts and addresses. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return Html.fromTemplate(parts, contents);
}

function render(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.toString();
  if (typeof content === 'object') return content.map(render).join('');
  return String(content).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
